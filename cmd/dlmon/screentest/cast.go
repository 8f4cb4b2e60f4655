package screentest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"
)

// recordVariable names the directory that Record writes to.
const recordVariable = "DLMON_RECORD"

// cast is a recording of a terminal in asciicast v2: a line of JSON for the header, and one for each event
// (https://docs.asciinema.org/manual/asciicast/v2/).
type cast struct {
	file  *os.File
	began time.Time
	keep  []byte // the beginning of a character whose end has not been written yet
}

// Record keeps what the screen shows from now on, and which keys are pressed, as name.cast in the directory that the
// environment names by DLMON_RECORD; without one it does nothing.
func (s *Screen) Record(name string) {
	s.t.Helper()
	dir := os.Getenv(recordVariable)
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".cast"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = f.Close() })
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.cast = &cast{file: f, began: s.Started}
	fmt.Fprintf(f, `{"version": 2, "width": %d, "height": %d, "title": %q}`+"\n", s.emu.Width(), s.emu.Height(), name)
	s.cast.add("o", s.Raw.Bytes())
}

// add appends an event: "o" what was written, "i" what was typed. JSON holds whole characters only.
func (c *cast) add(kind string, data []byte) {
	if c == nil || len(data) == 0 {
		return
	}
	if kind == "o" {
		data = append(c.keep, data...)
		whole := len(data)
		for i := 1; i <= min(utf8.UTFMax, len(data)); i++ {
			if end := data[len(data)-i:]; utf8.RuneStart(end[0]) {
				if !utf8.FullRune(end) {
					whole = len(data) - i
				}
				break
			}
		}
		c.keep = append([]byte(nil), data[whole:]...)
		data = data[:whole]
	}
	line, err := json.Marshal([]any{time.Since(c.began).Seconds(), kind, string(data)})
	if err == nil {
		_, _ = c.file.Write(append(line, '\n'))
	}
}
