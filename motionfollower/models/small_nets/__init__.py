"""The small networks that ship with the package: target masks and bone lengths."""
