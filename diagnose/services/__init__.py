"""One verb a file. The only code that knows all three packages."""
