"""What every bridge needs of an application service."""
