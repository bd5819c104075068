"""The kinds of source, one a module: pictures, columns of tables, arrays, and rows of text."""
