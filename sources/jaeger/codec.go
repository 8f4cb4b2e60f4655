package jaeger

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// codec writes and reads Jaeger's messages with their own generated methods: they come from gogo/protobuf, whose
// custom types (trace and span ids) gRPC's standard codec does not know.
type codec struct{}

type message interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(message)
	if !ok {
		return nil, fmt.Errorf("%T is not a message of Jaeger's", v)
	}
	b, err := m.Marshal()
	return mem.BufferSlice{mem.SliceBuffer(b)}, err
}

func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(message)
	if !ok {
		return fmt.Errorf("%T is not a message of Jaeger's", v)
	}
	b := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer b.Free()
	return m.Unmarshal(b.ReadOnlyData()) // copies what it keeps
}
