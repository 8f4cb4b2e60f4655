package tui

// How often the screen is written: at most ten times in any second, and not at all while the terminal has not taken what
// was written before. Frames are kept in reserve for keys, so that a key is answered at once whatever data has just come.

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// frameGap is the time between two frames in the long run. Three may follow each other at once (keyReserve), so that
	// eleven take eight gaps or more; the renderer writes a frame up to 1/fps after it was drawn, and still no second
	// sees more than ten.
	frameGap = 127 * time.Millisecond
	// keyReserve is how many frames what the operator does may take ahead of time. Data never does.
	keyReserve = 2
	// fps is how often the renderer looks whether there is something to write, which is all that a key's answer waits for.
	fps = 120
)

// pacer decides when the model draws. It is used from the program's loop only.
type pacer struct {
	now  func() time.Time
	busy func() bool // the terminal has not taken the last frame yet

	rested time.Time // when all frames drawn so far have had their gap
	held   bool      // what has changed is not drawn yet
	due    time.Time // when the next releaseMsg comes; zero for none on its way

	keyed   bool               // the operator has done something since the last frame
	size    *tea.WindowSizeMsg // the newest size that was held back, nil for none
	resized bool               // the message being handled is a size: the renderer draws in any case
}

// releaseMsg comes when what was held back may be drawn.
type releaseMsg struct{}

// wait is how long the next frame is to be held back.
func (p *pacer) wait() time.Duration {
	if p.busy() {
		return frameGap
	}
	ready := p.now()
	if p.keyed {
		ready = ready.Add(keyReserve * frameGap)
	}
	return p.rested.Sub(ready)
}

// filter holds back new sizes of the window as frames are: for each the renderer draws everything anew, and dragging a
// window's edge brings dozens a second. Only the newest counts.
func (p *pacer) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	p.resized = false
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if p.wait() > 0 {
			p.size = &msg
			return holdMsg{}
		}
		p.size, p.resized = nil, true
	case tea.KeyPressMsg, tea.MouseMsg, tea.PasteMsg:
		p.keyed = true
	case releaseMsg:
		p.due = time.Time{}
		if p.size != nil && p.wait() <= 0 {
			size := *p.size
			p.size, p.resized = nil, true
			return size
		}
	}
	return msg
}

// holdMsg stands for a size that was held back.
type holdMsg struct{}

// after is called after each update with whether the screen has changed by it. It decides whether that is drawn now, and
// else has a releaseMsg come.
func (p *pacer) after(changed bool) tea.Cmd {
	if p.resized {
		p.held = false
		p.count()
		return nil
	}
	wait := p.wait()
	p.held = changed && wait > 0
	if !p.held && p.size == nil {
		return nil
	}
	due := p.now().Add(wait)
	if !p.due.IsZero() && !due.Before(p.due) {
		return nil
	}
	p.due = due
	return tea.Tick(wait, func(time.Time) tea.Msg { return releaseMsg{} })
}

// drawn is called with every frame that differs from the one before.
func (p *pacer) drawn() {
	if !p.resized { // after has counted it
		p.count()
	}
}

// count takes a frame from what may be drawn.
func (p *pacer) count() {
	now := p.now()
	if p.rested.Before(now) {
		p.rested = now
	}
	p.rested = p.rested.Add(frameGap)
	p.keyed = false
}
