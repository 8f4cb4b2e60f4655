// Command dlmon is a terminal dashboard for operators of a vector-search service.
package main

import (
	"context"
	"os"

	"dlmon/cmd/dlmon"
)

func main() {
	os.Exit(dlmon.Execute(context.Background(), dlmon.Build{Name: "dlmon", Args: os.Args[1:]}))
}
