package tui

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
)

// The alerts have to be there on the smallest screen that is served, whatever it can draw.
func TestAlertsOnTheSmallestScreen(t *testing.T) {
	for _, sc := range []struct {
		name string
		keys []string
	}{
		{"alerts", []string{"4"}}, {"alert", []string{"4", "enter"}}, {"silences", []string{"4", "a"}}, {"silence", []string{"4", "z"}},
		{"question", []string{"4", "z", "x", "enter"}}, {"expire", []string{"4", "a", "D"}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			for _, l := range looks {
				frame := shoot(t, l, sc.keys, 40, 12)
				checkLook(t, l, [2]int{40, 12}, frame)
				if l.name == "nocolor" || l.name == "ascii" {
					t.Run(l.name, func(t *testing.T) { golden.RequireEqual(t, trim(ansi.Strip(frame))) })
				}
			}
		})
	}
}
