"""Walking on a street network: pure mathematics over arrays of metres, no database."""
