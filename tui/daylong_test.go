//go:build !race

package tui

// hoursOfADay is how long the simulated day is.
const hoursOfADay = 24
