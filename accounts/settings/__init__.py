"""What the pages of a person's settings show: one module for each page, and `pages`, their list."""
