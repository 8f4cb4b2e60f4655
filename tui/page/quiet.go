package page

import (
	"strconv"
	"strings"
)

// Quiets counts in words what notifies nobody: "2 silenced, 1 inhibited"; what there is none of is left out.
func Quiets(silenced, inhibited int) string {
	var parts []string
	if silenced > 0 {
		parts = append(parts, strconv.Itoa(silenced)+" silenced")
	}
	if inhibited > 0 {
		parts = append(parts, strconv.Itoa(inhibited)+" inhibited")
	}
	return strings.Join(parts, ", ")
}
