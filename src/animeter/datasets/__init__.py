"""Reading labelled pictures: manifests and folders of class folders."""
