"""What can people ask of the relay, and who may?"""
