# What the program does besides the acting method.
list(APPEND program_methods participant-data)
