"""Ways into the directory that people use: sheets, providers' proposals, residents' corrections."""
