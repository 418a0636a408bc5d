"""Related tables: keys, which table hangs on which, and rows given the rows they hang on."""
