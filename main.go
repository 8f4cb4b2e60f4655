// Command dlmon is a terminal dashboard for operators of a vector-search service.
package main

func main() {}
