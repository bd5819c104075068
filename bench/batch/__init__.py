"""How fast many pictures are read, on one core, on Ray and on two machines, and whether every row is there once."""
