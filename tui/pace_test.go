package tui

import (
	"math/rand/v2"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page/pagetest"
)

// pacing is a pacer on a clock of its own, with what it was asked to draw.
type pacing struct {
	pacer
	clock  time.Time
	frames []time.Time
	sizes  int // that got through
	dirty  bool
}

func newPacing() *pacing {
	p := &pacing{clock: time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)}
	p.now = func() time.Time { return p.clock }
	p.busy = func() bool { return false }
	return p
}

// handle is what the program's loop does with a message, as far as the pacer is concerned.
func (p *pacing) handle(msg tea.Msg, changes bool) {
	msg = p.filter(nil, msg)
	_, resized := msg.(tea.WindowSizeMsg)
	if resized {
		p.sizes++
	}
	p.dirty = p.dirty || changes || resized
	p.after(p.dirty)
	if p.dirty && !p.held {
		p.dirty = false
		p.drawn()
		p.frames = append(p.frames, p.clock)
	}
}

func TestNoSecondSeesMoreThanTenFrames(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		p := newPacing()
		busyUntil := p.clock
		p.busy = func() bool { return p.clock.Before(busyUntil) }
		for range 5000 {
			p.clock = p.clock.Add(time.Duration(rnd.ExpFloat64() * float64(5*time.Millisecond)))
			if !p.due.IsZero() && !p.due.After(p.clock) {
				p.handle(releaseMsg{}, false)
			}
			switch rnd.IntN(40) {
			case 0:
				busyUntil = p.clock.Add(time.Duration(rnd.IntN(300)) * time.Millisecond)
			case 1, 2, 3:
				p.handle(tea.WindowSizeMsg{Width: 80, Height: 24}, true)
			case 4, 5, 6:
				p.handle(tea.KeyPressMsg{Code: 'j'}, true)
			default:
				p.handle(tickMsg{}, rnd.IntN(2) == 0)
			}
		}
		if len(p.frames) < 50 || p.sizes == 0 {
			t.Fatalf("seed %d: only %d frames, %d sizes", seed, len(p.frames), p.sizes)
		}
		for i := range p.frames {
			// The renderer writes a frame up to a tick after it was drawn.
			if i+10 < len(p.frames) && p.frames[i+10].Sub(p.frames[i]) < time.Second+time.Second/fps {
				t.Fatalf("seed %d: eleven frames within %v", seed, p.frames[i+10].Sub(p.frames[i]))
			}
		}
	}
}

func TestFirstFrameAfterARestIsNotHeldBack(t *testing.T) {
	p := newPacing()
	p.handle(tea.WindowSizeMsg{Width: 80, Height: 24}, true)
	p.clock = p.clock.Add(frameGap)
	p.handle(tickMsg{}, true)
	if len(p.frames) != 2 || !p.due.IsZero() {
		t.Errorf("%d frames, a release on its way at %v", len(p.frames), p.due)
	}
}

// Typing comes in bursts, and data at any time: neither makes the operator wait for what the other has used up.
func TestKeysAreAnsweredAtOnceWhateverDataHasJustCome(t *testing.T) {
	p := newPacing()
	for range 500 {
		p.clock = p.clock.Add(10 * time.Millisecond)
		if !p.due.IsZero() && !p.due.After(p.clock) {
			p.handle(releaseMsg{}, false)
		}
		p.handle(tickMsg{}, true)
	}
	if n := len(p.frames); n < 35 || n > 41 {
		t.Fatalf("%d frames of data in five seconds", n)
	}
	for i := range keyReserve {
		before := len(p.frames)
		p.handle(tea.KeyPressMsg{Code: 't'}, true)
		if len(p.frames) != before+1 {
			t.Errorf("key %d of a burst waits %v", i+1, p.wait())
		}
	}
	before := len(p.frames)
	p.handle(tea.KeyPressMsg{Code: 't'}, true)
	if wait := p.due.Sub(p.clock); len(p.frames) != before || wait <= 0 || wait > frameGap {
		t.Errorf("one more key waits %v, %d frames", wait, len(p.frames)-before)
	}
	p.handle(tickMsg{}, true)
	p.clock = p.due
	p.handle(releaseMsg{}, false)
	if len(p.frames) != before+1 {
		t.Errorf("it is not drawn when it is due")
	}
}

func TestWhatWasHeldBackIsDrawnByOneRelease(t *testing.T) {
	p := newPacing()
	p.handle(tickMsg{}, true)
	for range 5 {
		p.clock = p.clock.Add(time.Millisecond)
		p.handle(tickMsg{}, true)
	}
	if len(p.frames) != 1 || !p.held || p.due.IsZero() {
		t.Fatalf("%d frames, held %v, due %v", len(p.frames), p.held, p.due)
	}
	p.clock = p.due
	p.handle(releaseMsg{}, false)
	if len(p.frames) != 2 || p.held || !p.due.IsZero() {
		t.Errorf("%d frames, held %v, due %v", len(p.frames), p.held, p.due)
	}
}

func TestNothingIsDrawnWhileTheTerminalIsBusy(t *testing.T) {
	p := newPacing()
	busy := true
	p.busy = func() bool { return busy }
	for range 100 {
		p.clock = p.clock.Add(time.Second)
		p.handle(tickMsg{}, true)
		p.handle(tea.WindowSizeMsg{Width: 80, Height: 24}, true)
		p.handle(releaseMsg{}, false)
	}
	if len(p.frames) != 0 || p.sizes != 0 || p.due.IsZero() {
		t.Fatalf("%d frames, %d sizes, due %v", len(p.frames), p.sizes, p.due)
	}
	busy = false
	p.handle(releaseMsg{}, false)
	if len(p.frames) != 1 || p.sizes != 1 {
		t.Errorf("%d frames and %d sizes once it is free", len(p.frames), p.sizes)
	}
}

func TestOnlyTheNewestOfManySizesCounts(t *testing.T) {
	p := newPacing()
	p.handle(tea.WindowSizeMsg{Width: 80, Height: 24}, true)
	for w := range 50 {
		p.handle(tea.WindowSizeMsg{Width: 81 + w, Height: 24}, true)
	}
	p.clock = p.clock.Add(frameGap)
	got := p.filter(nil, releaseMsg{})
	if want := (tea.WindowSizeMsg{Width: 130, Height: 24}); got != want || p.sizes != 1 {
		t.Errorf("%v comes, after %d sizes; want %v after 1", got, p.sizes, want)
	}
}

// A frame that is the same as the last is none: it neither counts nor is it written.
func TestTheSameFrameDoesNotCount(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 80, 24)
	p := newPacing()
	m.pace = &p.pacer
	m.View()
	drawn := m.pace.rested
	p.clock = p.clock.Add(time.Second)
	m.dirty = true
	m.View()
	if m.pace.rested != drawn {
		t.Error("it counts")
	}
}
