"""The command line: each verb parses, makes one public call and prints."""
