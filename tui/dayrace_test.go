//go:build race

package tui

// hoursOfADay is how long the simulated day is: the race detector makes everything ten times slower, and finds in three
// hours what it finds in a day.
const hoursOfADay = 3
