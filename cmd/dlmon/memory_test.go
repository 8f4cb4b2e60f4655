package dlmon

import "testing"

func TestMemoryIsHeldBackButLargeTracesGetRoom(t *testing.T) {
	for live, want := range map[uint64]int64{0: heldBack, 34 << 20: heldBack, 120 << 20: heldBack, 400 << 20: 600 << 20} {
		if got := memoryLimit(live); got != want {
			t.Errorf("with %d MiB in use the limit is %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
}
