"""Collecting pictures: from the web, from archives and folders, from films, each a plug-in."""
