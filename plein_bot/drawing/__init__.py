"""What is seen at a glance: pictures of what Plein also says in words."""
