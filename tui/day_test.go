package tui

// Twenty-four hours of a kiosk, in the time that a virtual clock takes for them.

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
)

// day is a kiosk with a real feed on four servers, in a bubble, and the small part of Bubble Tea's runtime that it needs.
type day struct {
	t    *testing.T
	rnd  *rand.Rand
	m    *Model
	srv  map[string]*dayServer
	msgs chan tea.Msg
	quit chan struct{}

	dead    time.Time // since when Prometheus brings nothing; zero: it does
	back    time.Time // since when it does again
	updates int
	frames  int
	drawn   time.Time
	resized int
	outages map[mode]int
	marked  int // looks at the screen while Prometheus was dead
	clean   int // ... and while it was well
	turned  map[string]int
}

// do carries a command out as Bubble Tea does.
func (d *day) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				d.do(c)
			}
		default:
			select {
			case d.msgs <- msg:
			case <-d.quit:
			}
		}
	}()
}

func (d *day) take(msg tea.Msg) {
	msg = d.m.pace.filter(d.m, msg)
	_, cmd := d.m.Update(msg)
	d.do(cmd)
	d.updates++
	if now := time.Now(); now.Sub(d.drawn) >= frameEvery {
		_ = d.m.View()
		d.frames, d.drawn = d.frames+1, now
	}
}

// frameEvery is how often the screen is drawn. Every message is taken in, every second of the day ticks; but to draw
// each of those frames would take minutes, and they would be the same code over and over.
const frameEvery = 10 * time.Second

// run lets the time pass until then.
func (d *day) run(span time.Duration) {
	end := time.NewTimer(span)
	defer end.Stop()
	for {
		select {
		case msg := <-d.msgs:
			d.take(msg)
		case <-end.C:
			return
		}
	}
}

// frame is the screen as it stands.
func (d *day) frame() string { return ansi.Strip(d.m.View().Content) }

func (d *day) resize(w, h int) {
	d.resized++
	d.drawn = time.Time{} // a new size is drawn at once
	d.take(tea.WindowSizeMsg{Width: w, Height: h})
}

// break changes how a server is doing.
func (d *day) turn(name string, to mode) {
	d.srv[name].set(func(s *dayServer) { s.mode = to })
	if to != well {
		d.outages[to]++
	}
	if name != feed.SourcePrometheus {
		return
	}
	switch {
	case to.silent() && d.dead.IsZero():
		d.dead, d.back = time.Now(), time.Time{}
	case to == slow:
		d.dead, d.back = time.Time{}, time.Time{} // nothing is expected of either
	case to == well && d.back.IsZero():
		d.dead, d.back = time.Time{}, time.Now()
	}
}

// look holds what the screen must say in good times and in bad ones.
func (d *day) look() {
	if d.m.width < 80 || d.m.height < minHeight {
		return
	}
	line := strings.Split(d.frame(), "\n")[1]
	d.turned[d.m.nav.top().Title()]++
	switch now := time.Now(); {
	case !d.dead.IsZero() && now.Sub(d.dead) > 3*time.Minute:
		d.marked++
		if !strings.Contains(line, "NO DATA from prometheus for") {
			d.t.Errorf("%v: Prometheus (mode %d) is dead since %v, and the screen says %q", now, d.srv[feed.SourcePrometheus].mode, d.dead, line)
		}
	case !d.back.IsZero() && now.Sub(d.back) > 2*time.Minute:
		d.clean++
		if strings.Contains(line, "NO DATA") {
			d.t.Errorf("%v: Prometheus is back since %v, and the screen says %q", now, d.back, line)
		}
	}
}

// hour is one hour of the day: every half minute the terminal has another size, now and then a server dies or returns,
// alerts begin and end.
func (d *day) hour() {
	names := []string{feed.SourcePrometheus, feed.SourceHealth, feed.SourceJaeger, feed.SourceAlertmanager}
	for range 120 {
		d.resize(20+d.rnd.IntN(230), 4+d.rnd.IntN(66))
		if d.rnd.IntN(2) == 0 {
			d.resize(120, 40)
		}
		if d.rnd.IntN(8) == 0 {
			name := names[d.rnd.IntN(len(names))]
			to := well
			if d.srv[name].mode == well {
				to = 1 + mode(d.rnd.IntN(int(modes-1)))
			}
			d.turn(name, to)
		}
		if d.rnd.IntN(10) == 0 {
			d.burn()
		}
		d.srv[feed.SourcePrometheus].set(func(s *dayServer) { s.level = 0.5 + d.rnd.Float64() })
		d.run(30 * time.Second)
		d.look()
	}
}

// burn lets other alerts fire, no two of a day alike.
func (d *day) burn() {
	var alerts []sources.Alert
	for i := range d.rnd.IntN(4) {
		severity := []string{"critical", "warning"}[d.rnd.IntN(2)]
		name := fmt.Sprintf("Alert%d-%d", time.Now().Unix(), i)
		alerts = append(alerts, sources.Alert{Name: name, Severity: severity, State: sources.Firing, ActiveSince: time.Now(), Value: 1,
			Labels: sources.Labels{"alertname": name, "severity": severity, "tenant_id": "acme-corp"}})
	}
	for _, name := range []string{feed.SourcePrometheus, feed.SourceAlertmanager} {
		d.srv[name].set(func(s *dayServer) { s.alerts = alerts })
	}
}

// settle makes everything well again and waits until what the bad times left behind is gone.
func (d *day) settle(level float64) {
	for name, s := range d.srv {
		d.turn(name, well)
		s.set(func(s *dayServer) { s.level, s.alerts = level, nil })
	}
	d.resize(200, 60)
	d.run(70 * time.Minute) // the health history is an hour long
}

// heap is what is in use after the garbage is gone, in bytes: the least of many looks. At any moment some answer may be on
// its way, and a page that is not shown may hold the lines that it drew last while the feed has newer ones, some 80 kB. That
// hangs on when pages turn between two refreshes, which virtual time would keep the same for hours: so everything is asked
// anew now and then.
func (d *day) heap() int64 {
	least := int64(math.MaxInt64)
	for range 60 {
		d.run(20*time.Second + time.Duration(d.rnd.IntN(7000))*time.Millisecond) // another page each time
		if d.m != nil {
			d.m.sub.Refresh()
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		least = min(least, int64(m.HeapAlloc))
	}
	return least
}

func TestTwentyFourHoursOfKioskLeaveMemoryGoroutinesAndTheScreenAsTheyShouldBe(t *testing.T) {
	if testing.Short() {
		t.Skip("a day takes most of a minute")
	}
	before := runtime.NumGoroutine()
	var first, last, empty int64
	synctest.Test(t, func(t *testing.T) {
		d := &day{t: t, rnd: rand.New(rand.NewPCG(4, 24)), srv: map[string]*dayServer{}, msgs: make(chan tea.Msg), quit: make(chan struct{}),
			outages: map[mode]int{}, turned: map[string]int{}, back: time.Now()}
		for i, name := range []string{feed.SourcePrometheus, feed.SourceHealth, feed.SourceJaeger, feed.SourceAlertmanager} {
			d.srv[name] = &dayServer{name: name, level: 1, rnd: rand.New(rand.NewPCG(uint64(i), 7))}
		}
		f := feed.New(feed.Options{Prometheus: d.srv[feed.SourcePrometheus], Health: d.srv[feed.SourceHealth], Jaeger: d.srv[feed.SourceJaeger],
			Alertmanager: d.srv[feed.SourceAlertmanager]})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { f.Run(ctx); close(ended) }()
		o := options(nil, themes.Default)
		o.Data, o.Feed = nil, f
		o.Kiosk = Kiosk{On: true, Rotate: []string{"overview", "tenants", "traces", "alerts", "health", "business"}, Dim: Hours{22 * time.Hour, 6 * time.Hour}}
		empty = d.heap()
		d.m = New(o)
		d.m.pace = &pacer{now: time.Now, busy: func() bool { return false }}
		d.do(d.m.Init())

		var goroutines int
		for h := range hoursOfADay {
			d.hour()
			if h == 0 || h == hoursOfADay-1 {
				d.settle(1)
				if last = d.heap(); h == 0 {
					first, goroutines = last, runtime.NumGoroutine()
				}
			}
		}
		if n := runtime.NumGoroutine(); n > goroutines+4 {
			t.Errorf("%d goroutines after the last hour, %d after the first", n, goroutines)
		}

		// What is on the screen at the end is what the servers say at the end.
		d.srv[feed.SourcePrometheus].set(func(s *dayServer) { s.level = 2.5 })
		d.run(3 * time.Minute)
		for d.m.nav.top().Title() != "Overview" {
			d.run(time.Second)
		}
		d.run(8 * time.Second)
		text := d.frame()
		for _, want := range []string{"●prom", "●health", "●jaeger ok", "●am", "2.13 s", "185 ms", d.m.now.UTC().Format("15:04:05")} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q on the last screen", want)
			}
		}
		for _, bad := range []string{"stale", "NO DATA", "fail", "waiting", "Alert9"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q is on the last screen", bad)
			}
		}
		if late := time.Since(d.m.now); late < 0 || late > time.Second {
			t.Errorf("its clock is %v late", late)
		}
		if t.Failed() || os.Getenv("DLMON_SHOW_DAY") != "" {
			t.Log("\n" + text)
		}
		if d.resized < 80*hoursOfADay || d.marked < 2*hoursOfADay || d.clean < 8*hoursOfADay || hoursOfADay == 24 && len(d.outages) != int(modes-1) || len(d.turned) != 6 {
			t.Errorf("too quiet a day: %d sizes, %d looks at a dead Prometheus, %d at a living one, outages %v, pages %v",
				d.resized, d.marked, d.clean, d.outages, d.turned)
		}
		t.Logf("%d updates, %d frames, %d sizes, outages by mode %v, looks: %d dead, %d well, pages %v", d.updates, d.frames, d.resized, d.outages, d.marked, d.clean, d.turned)
		close(d.quit)
		d.m.Close()
		cancel()
		<-ended
		time.Sleep(time.Minute) // ticks that are on their way come to nobody
	})
	// The bubble ends with its last goroutine; the collector's, which run finalizers, come and go. One that leaked stays.
	for tries := 0; runtime.NumGoroutine() > before && tries < 500; tries++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 64<<10)
		t.Errorf("%d goroutines are left, there were %d before\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
	t.Logf("heap %d kB before, %d kB after the first hour, %d kB after the last", empty>>10, first>>10, last>>10)
	if grown := last - first; grown*10 > first {
		t.Errorf("memory has grown by %d kB since the first hour's %d kB", grown>>10, first>>10)
	}
}
