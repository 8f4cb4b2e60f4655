package prometheus

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"dlmon/sources"
)

func TestAnswersWithoutDataAreErrorsNotPanics(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"status":"success"}`, `{"status":"success","data":null}`, `{"status":"success","data":[]}`, `null`, `[]`,
		`{"status":"success","data":{"resultType":"string","result":[1,"x"]}}`,
	} {
		c := serve(t, Options{}, answer(body))
		if _, err := c.Instant(t.Context(), "x", t0); err == nil || sources.SourceFault(err) {
			t.Errorf("instant of %s: %v", body, err)
		}
		if _, err := c.Range(t.Context(), "x", t0, t0.Add(time.Minute), time.Minute); err == nil || sources.SourceFault(err) {
			t.Errorf("range of %s: %v", body, err)
		}
	}
}

func TestNoTenantPassesForAnother(t *testing.T) {
	for name, tc := range map[string]struct{ in, want []string }{
		"the changed one first":          {[]string{"ac\ame", "acme"}, []string{"acme~2", "acme"}},
		"the changed one last":           {[]string{"acme", "ac\ame"}, []string{"acme", "acme~2"}},
		"a suffix that is taken":         {[]string{"acme~2", "ac\ame", "acme"}, []string{"acme~2", "acme~3", "acme"}},
		"two changed":                    {[]string{"a\acme", "ac\ame"}, []string{"acme", "acme~2"}},
		"two changed in the other order": {[]string{"ac\ame", "a\acme"}, []string{"acme~2", "acme"}},
		"nothing to keep apart":          {[]string{"x\x1b", "y"}, []string{"x", "y"}},
	} {
		metrics := make([]model.Metric, len(tc.in))
		for i, v := range tc.in {
			metrics[i] = model.Metric{"tenant_id": model.LabelValue(v)}
		}
		for i, l := range (&Client{}).labels(metrics) {
			if l["tenant_id"] != tc.want[i] {
				t.Errorf("%s: %q is %q, want %q", name, tc.in[i], l["tenant_id"], tc.want[i])
			}
		}
	}
}

func TestLabelNamesThatCleaningMakesEqualKeepTheirValues(t *testing.T) {
	l := (&Client{}).labels([]model.Metric{{"a": "1", "a\u200b": "2"}})[0]
	if l["a"] != "1" || l["a~2"] != "2" || len(l) != 2 {
		t.Errorf("%v", l)
	}
}

func TestNativeHistogramsAreLeftOutWithAWarning(t *testing.T) {
	c := serve(t, Options{}, answer(`{"status":"success","data":{"resultType":"vector","result":[
		{"metric":{"a":"1"},"histogram":[1,{"count":"1","sum":"2","buckets":[]}]},{"metric":{"a":"2"},"value":[1,"3"]}]}}`))
	v, err := c.Instant(t.Context(), "x", t0)
	if err != nil || len(v.Samples) != 1 || v.Samples[0].Value != 3 || v.Samples[0].Labels["a"] != "2" || len(v.Warnings) != 1 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestSamplesOutsideTheGridAreLeftOut(t *testing.T) {
	at := func(d time.Duration) model.SamplePair {
		return model.SamplePair{Timestamp: model.TimeFromUnixNano(t0.Add(d).UnixNano()), Value: 1}
	}
	m := (&Client{}).matrix(model.Matrix{{Values: []model.SamplePair{at(-7 * time.Second), at(10 * time.Second), at(26 * time.Second)}}},
		t0, t0.Add(20*time.Second), 10*time.Second)
	if got := fmt.Sprint(m.Series[0].Values); got != fmt.Sprint([]float64{math.NaN(), 1, math.NaN()}) {
		t.Errorf("%s", got)
	}
	m = (&Client{}).matrix(model.Matrix{{Values: []model.SamplePair{at((1<<32 + 1) * time.Second)}}}, t0, t0.Add(time.Second), time.Second)
	if got := fmt.Sprint(m.Series[0].Values); got != fmt.Sprint([]float64{math.NaN(), math.NaN()}) { // where int has 32 bits
		t.Errorf("a century late: %s", got)
	}
}

func TestAGridThatCannotBeHeldIsRefused(t *testing.T) {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, `,{"metric":{"i":"%d"},"values":[[%d,"1"]]}`, i, t0.Unix())
	}
	c := serve(t, Options{}, answer(`{"status":"success","data":{"resultType":"matrix","result":[`+b.String()[1:]+`]}}`))
	if _, err := c.Range(t.Context(), "x", t0, t0.Add(10000*time.Second), time.Second); sources.KindOf(err) != sources.TooLarge {
		t.Errorf("%v", err)
	}
	if m, err := c.Range(t.Context(), "x", t0, t0.Add(100*time.Second), time.Second); err != nil || len(m.Series) != 500 || m.Columns != 101 {
		t.Errorf("%d series, %v", len(m.Series), err)
	}
	for _, step := range []time.Duration{0, -time.Second} {
		if _, err := c.Range(t.Context(), "x", t0, t0, step); sources.KindOf(err) != sources.Rejected {
			t.Errorf("step %v: %v", step, err)
		}
	}
}

func TestAGatewayThatTakesOnlyGETIsAskedByGET(t *testing.T) {
	for _, refusal := range []int{http.StatusMethodNotAllowed, http.StatusForbidden} {
		c := serve(t, Options{Timeout: 10 * time.Second}, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				http.Error(w, "only GET", refusal)
				return
			}
			if r.FormValue("query") != "up" || r.FormValue("timeout") != "9s" {
				t.Errorf("query %q, timeout %q", r.FormValue("query"), r.FormValue("timeout"))
			}
			answer(`{"status":"success","data":{"resultType":"vector","result":[]}}`)(w, r)
		})
		if _, err := c.Instant(t.Context(), "up", t0); err != nil {
			t.Errorf("%d: %v", refusal, err)
		}
	}
}

func TestExemplarsAreFoundUnderTheLabelsInUse(t *testing.T) {
	var b strings.Builder
	for i, name := range []string{"trace_id", "traceID", "TraceID", "span_id"} {
		fmt.Fprintf(&b, `,{"labels":{"%s":"id%d"},"value":"0.5","timestamp":%d}`, name, i, 10-i)
	}
	c := serve(t, Options{}, answer(`{"status":"success","data":[{"seriesLabels":{"le":"1"},"exemplars":[`+b.String()[1:]+`]}]}`))
	es, err := c.Exemplars(t.Context(), "x", t0, t0)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range es {
		ids = append(ids, e.TraceID)
	}
	if got := strings.Join(ids, " "); got != "id2 id1 id0" {
		t.Errorf("ids %q", got)
	}
}

func TestInfoDoesNotTakeASilentServerForOneThatLacksEndpoints(t *testing.T) {
	c := serve(t, Options{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/buildinfo") {
			answer(`{"status":"success","data":{"version":"2.42.0"}}`)(w, r)
			return
		}
		<-r.Context().Done()
	})
	if info, err := c.Info(t.Context()); sources.KindOf(err) != sources.Timeout {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	for _, raw := range []string{"admin:hunter2@prom:9090", "http://admin:hunter2/x@prom", "/only/a/path"} {
		_, err := New(Options{URL: raw})
		if sources.KindOf(err) != sources.Rejected || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
