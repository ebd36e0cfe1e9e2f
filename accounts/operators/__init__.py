"""Those who run this server: roles, blocks, who may come in, and the pages about people."""
