"""What leaves the app as a picture or a document: the same values in, bytes out."""
