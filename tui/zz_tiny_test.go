package tui

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestShowTiny(t *testing.T) {
	w, _ := strconv.Atoi(os.Getenv("W"))
	h, _ := strconv.Atoi(os.Getenv("H"))
	for _, sc := range screens {
		if only := os.Getenv("ONLY"); only != "" && only != sc.name {
			continue
		}
		fmt.Printf("=== %s\n%s\n", sc.name, ansi.Strip(shoot(t, looks[0], sc.keys, w, h)))
	}
}
