module dlmon/sources/demo

go 1.26.7
