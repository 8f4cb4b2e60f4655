package tui

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// BenchmarkBytes is what goes over an SSH link: for the first frame, for another page, and for a second in which nothing
// but the clock changes.
func BenchmarkBytes(b *testing.B) {
	for _, size := range [][2]uint16{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			s := showOn(b, size[0], size[1])
			begin, end := []byte(ansi.SetModeSynchronizedOutput), []byte(ansi.ResetModeSynchronizedOutput)
			frames := func() int { s.mu.Lock(); defer s.mu.Unlock(); return bytes.Count(s.raw.Bytes(), end) }
			draw := func(do func()) { // and wait for it
				n := frames()
				do()
				s.wait("frame", func() bool { return bytes.Count(s.raw.Bytes(), end) > n })
			}
			last := func() int { return bytes.LastIndex(s.written(0), begin) }
			s.shows(0, "Latency")
			draw(func() { s.press("2") })
			first, pages := last(), 0
			for b.Loop() {
				for _, key := range []string{"4", "5", "1", "2"} {
					draw(func() { s.press(key) })
					pages++
				}
			}
			b.ReportMetric(float64(first), "first-B")
			b.ReportMetric(float64(s.size()-first)/float64(pages+1), "page-B")
			if size[1] >= 16 { // lower screens show no clock
				s.data.seconds.Store(1)
				draw(func() { s.program.Send(tickMsg{}) })
				b.ReportMetric(float64(s.size()-last()), "second-B")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
