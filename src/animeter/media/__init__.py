"""From files to images: decoding, limits, orientation, colour."""
