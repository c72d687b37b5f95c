#include "histogram.h"

enum { BUCKETS = (OCTAVES + 1) * LINEAR / 2, LOG2_OF_LINEAR = 8 };

static int index_of(uint64_t value) {
  if (value < LINEAR) return (int)value;
  int octave = 64 - __builtin_clzll(value) - LOG2_OF_LINEAR;
  if (octave >= OCTAVES) return BUCKETS - 1;
  return octave * LINEAR / 2 + (int)(value >> octave);
}

static uint64_t highest_at(int index) {
  if (index < LINEAR) return (uint64_t)index;
  int octave = 2 * (index - LINEAR) / LINEAR + 1;
  uint64_t step = (uint64_t)(index - octave * LINEAR / 2);
  return ((step + 1) << octave) - 1;
}

void histogram_record(Histogram *histogram, uint64_t value) {
  histogram->counts[index_of(value)]++;
  histogram->total++;
  if (value > histogram->max) histogram->max = value;
}

uint64_t histogram_at(const Histogram *histogram, double part) {
  double wanted = part * (double)histogram->total;
  uint64_t seen = 0;
  for (int index = 0; index < BUCKETS; index++) {
    seen += histogram->counts[index];
    if (seen > 0 && (double)seen >= wanted) {
      uint64_t highest = highest_at(index);
      return highest < histogram->max ? highest : histogram->max;
    }
  }
  return 0;
}
