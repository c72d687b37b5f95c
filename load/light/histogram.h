// Latencies in nanoseconds, counted in buckets that are each within 1/128 of their value, as HdrHistogram lays them out.
#pragma once
#include <stdint.h>

// Values below LINEAR have a bucket each; from there on every octave has LINEAR / 2.
enum { LINEAR = 256, OCTAVES = 40 };

typedef struct {
  uint64_t total, max;
  uint64_t counts[(OCTAVES + 1) * LINEAR / 2];
} Histogram;

void histogram_record(Histogram *histogram, uint64_t value);

// The value that `part` (0 to 1) of what was recorded does not exceed; 0 of an empty one.
uint64_t histogram_at(const Histogram *histogram, double part);
