package tracejson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxDepth bounds how deep a value may be nested; the decoders recurse.
const maxDepth = 50_000

// scanner finds where JSON values begin and end while their bytes arrive, and leaves their meaning to the decoders. It
// knows strings and brackets, nothing else.
type scanner struct {
	r     io.Reader
	buf   []byte
	pos   int   // next byte to look at
	keep  int   // from here on bytes must stay in buf; -1 for none
	base  int64 // offset of buf[0] in the input
	lines int   // newlines before buf[0]
	max   int64 // bytes that may be read
	err   error // of r: io.EOF at its end
}

func newScanner(r io.Reader, max int64) *scanner {
	return &scanner{r: r, keep: -1, max: max}
}

// scannerOver scans bytes that are all there.
func scannerOver(raw []byte) *scanner {
	return &scanner{buf: raw, keep: -1, err: io.EOF}
}

// errBound is a scanner's error past its bound.
var errBound = errors.New("past the bound of bytes")

// syntaxError is JSON that is not as it should be.
type syntaxError struct {
	offset int64
	line   int
	reason string
	deep   bool // all that is wrong is the depth
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d, line %d", e.reason, e.offset, e.line)
}

func (s *scanner) fail(at int, reason string) *syntaxError {
	line := 1 + s.lines + bytes.Count(s.buf[:min(at, len(s.buf))], []byte{'\n'})
	return &syntaxError{offset: s.base + int64(at), line: line, reason: reason}
}

// offset is how far the input was consumed.
func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

// fill reads more; its error is r's.
func (s *scanner) fill() error {
	if s.err != nil {
		return s.err
	}
	drop := s.pos
	if s.keep >= 0 {
		drop = s.keep
	}
	if drop > 0 && (len(s.buf) == cap(s.buf) || drop == len(s.buf)) {
		s.lines += bytes.Count(s.buf[:drop], []byte{'\n'})
		s.base += int64(drop)
		s.buf = s.buf[:copy(s.buf, s.buf[drop:])]
		s.pos -= drop
		if s.keep >= 0 {
			s.keep = 0
		}
	}
	if len(s.buf) == cap(s.buf) {
		grown := make([]byte, len(s.buf), max(64<<10, 2*cap(s.buf)))
		copy(grown, s.buf)
		s.buf = grown
	}
	room := s.buf[len(s.buf):cap(s.buf)]
	if left := s.max - s.base - int64(len(s.buf)); int64(len(room)) > left {
		if room = room[:max(left, 0)]; left <= 0 {
			// The bound is one only if there is more.
			var one [1]byte
			if _, err := io.ReadFull(s.r, one[:]); err != nil {
				s.err = err
			} else {
				s.err = errBound
			}
			return s.err
		}
	}
	for range 100 {
		n, err := s.r.Read(room)
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.err = err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s.err = io.ErrNoProgress
	return s.err
}

// peek is the next byte that is no white space (a byte order mark and the record separator of JSON sequences, RFC 7464,
// count as such); it is not consumed.
func (s *scanner) peek() (byte, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r', 0x1e, 0xef, 0xbb, 0xbf:
			default:
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// expect consumes c.
func (s *scanner) expect(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.fail(s.pos, fmt.Sprintf("%q where %q was expected", got, c))
	}
	s.pos++
	return nil
}

// value consumes one value and returns its bytes, which hold until the next call. Where it is longer than limit (0 for
// no limit) or doesn't end, nothing is consumed: fits is false, or err is set.
func (s *scanner) value(limit int) (raw []byte, fits bool, err error) {
	if _, err := s.peek(); err != nil {
		return nil, false, err
	}
	s.keep = s.pos
	defer func() { s.keep = -1 }()
	v := valueEnd{bounded: true}
	for {
		end, err := v.scan(s.buf[s.keep:])
		if err != nil {
			s.pos = s.keep
			return nil, false, s.fail(s.keep+v.at, err.Error())
		}
		if v.depth > maxDepth {
			s.pos = s.keep
			err := s.fail(s.keep+v.at, fmt.Sprintf("a value nested deeper than %d levels", maxDepth))
			err.deep = true
			return nil, false, err
		}
		if end >= 0 {
			raw := s.buf[s.keep : s.keep+end]
			s.pos = s.keep + end
			return raw, true, nil
		}
		s.pos = s.keep // so that fill keeps it
		if limit > 0 && v.at > limit {
			return nil, false, nil
		}
		if err := s.fill(); err != nil {
			if errors.Is(err, io.EOF) && v.scalar {
				raw := s.buf[s.keep:]
				s.pos = len(s.buf)
				return raw, true, nil
			}
			return nil, false, err
		}
	}
}

// skip consumes one value without holding it.
func (s *scanner) skip() error {
	if _, err := s.peek(); err != nil {
		return err
	}
	var v valueEnd
	for {
		end, err := v.scan(s.buf[s.pos:])
		if err != nil {
			return s.fail(s.pos+v.at, err.Error())
		}
		if end >= 0 {
			s.pos += end
			return nil
		}
		s.pos += v.forget(s.buf[s.pos:])
		if err := s.fill(); err != nil {
			if errors.Is(err, io.EOF) && v.scalar {
				return nil
			}
			return err
		}
	}
}

// valueEnd looks for the end of one value in a growing window that begins with it.
type valueEnd struct {
	at       int // bytes looked at
	depth    int
	inString bool
	opened   int  // where the string began
	scalar   bool // a number, true, false or null
	bounded  bool // the scan stops past maxDepth
}

// scan is the index past the value, or -1 if more is needed.
func (v *valueEnd) scan(b []byte) (int, error) {
	for v.at < len(b) {
		if v.inString {
			i := bytes.IndexByte(b[v.at:], '"')
			if i < 0 {
				v.at = len(b)
				return -1, nil
			}
			quote := v.at + i
			v.at = quote + 1
			escapes := 0
			for quote-1-escapes >= v.opened && b[quote-1-escapes] == '\\' {
				escapes++
			}
			if escapes%2 == 1 {
				continue
			}
			v.inString = false
			if v.depth == 0 {
				return v.at, nil
			}
			continue
		}
		switch b[v.at] {
		case '"':
			if v.scalar {
				return v.at, nil
			}
			v.inString, v.opened = true, v.at+1
		case '{', '[':
			if v.scalar {
				return v.at, nil
			}
			v.depth++
			if v.depth > maxDepth && v.bounded {
				return -1, nil
			}
		case '}', ']':
			if v.depth == 0 {
				if v.scalar {
					return v.at, nil
				}
				return -1, fmt.Errorf("%q where a value was expected", b[v.at])
			}
			if v.depth--; v.depth == 0 {
				v.at++
				return v.at, nil
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if v.depth == 0 {
				if v.scalar {
					return v.at, nil
				}
				return -1, fmt.Errorf("%q where a value was expected", b[v.at])
			}
		default:
			v.scalar = v.depth == 0
		}
		v.at++
	}
	return -1, nil
}

// forget is how much of the window may be dropped; what follows goes on from there.
func (v *valueEnd) forget(b []byte) int {
	n := v.at
	if v.inString {
		for n > v.opened && b[n-1] == '\\' {
			n--
		}
		v.opened = 0
	}
	v.at -= n
	return n
}

// object consumes an object; field consumes each value.
func (s *scanner) object(field func(key string) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			s.pos++
			return nil
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
			if c, err = s.peek(); err != nil {
				return err
			}
		}
		if c != '"' {
			return s.fail(s.pos, fmt.Sprintf("%q where a name was expected", c))
		}
		raw, _, err := s.value(0)
		if err != nil {
			return err
		}
		key := string(raw[1 : len(raw)-1])
		if bytes.IndexByte(raw, '\\') >= 0 {
			if unquoted, err := strconv.Unquote(string(raw)); err == nil {
				key = unquoted
			}
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
	}
}

// array consumes an array; element consumes each value. What is no array (null) is skipped.
func (s *scanner) array(element func() error) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != '[' {
		return s.skip()
	}
	s.pos++
	for first := true; ; first = false {
		if c, err = s.peek(); err != nil {
			return err
		}
		if c == ']' {
			s.pos++
			return nil
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
		}
		if err := element(); err != nil {
			return err
		}
	}
}
