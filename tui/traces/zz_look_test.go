package traces

import (
	"fmt"
	"testing"
	"time"
	"os"
	"strings"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" { t.Skip() }
	r := pagetest.Reader()
	q := page.TenantQuery("acme-corp")
	q.Operation = ""
	q.Histogram = `search_latency_seconds_bucket{tenant_id="acme-corp"}`
	show := func(name string, p page.Page, c page.Context) {
		fmt.Printf("--- %s %dx%d\n%s\n", name, c.Width, c.Height, text(p, c))
		for _, l := range strings.Split(text(p,c), "\n") { if w := len([]rune(l)); w > c.Width { fmt.Println("TOO WIDE", w, l) } }
	}
	ctx := func(w, h int) page.Context { return pagetest.Context(r, w, h-2) }
	l := NewList(page.TraceQuery{})
	for _, s := range [][2]int{{80,24},{120,40},{200,60}} {
		show("recent", l, ctx(s[0], s[1]))
		press(l, ctx(s[0],s[1]), "right", "right", "v", "shift+left", "v", "v")
	}
	c := ctx(120,40); c.Styles, _ = themes.Load("", true, false, true)
	show("ascii", l, c)
	show("none", NewList(q), ctx(80,24))
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
		var xs []sources.Exemplar
		for i := range 12 { xs = append(xs, sources.Exemplar{TraceID: fmt.Sprintf("4bf92f35%024x", i*12), Value: .5+.1*float64(i), At: pagetest.Now.Add(-time.Duration(i)*time.Minute)}) }
		return feedtest.Value(xs, pagetest.Now)
	}
	show("exemplars", NewList(q), ctx(80,24))
	show("exemplars", NewList(q), ctx(120,40))
	r.OperationsOf = map[string]sources.Snapshot[[]string]{"deeplake-api": feedtest.Value([]string{"search_vectors", "POST /datasets/{id}/search", "insert", "auth.verify", "a", "b", "c"}, pagetest.Now)}
	h := &History{}
	h.add(inputs{"deeplake-api", "search", "a=b"})
	h.add(inputs{"deeplake-api", "search", "a=b c=d", "500ms"})
	f := NewForm(q, h)
	show("form", f, ctx(80,24))
	press(f, ctx(80,24), "tab", "s", "e", "a")
	show("form", f, ctx(80,24))
	press(f, ctx(80,24), "right", "down", "x", "enter")
	show("form", f, ctx(80,24))
	fmt.Println(f.View(ctx(80,24))[4])
}
