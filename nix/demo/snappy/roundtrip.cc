// Compresses a text and gets it back: what the job checks.
#include <iostream>
#include <string>

#include "snappy.h"

int main() {
  std::string text;
  for (int i = 0; i < 1000; i++) text += "the same line, over and over\n";
  std::string compressed, again;
  snappy::Compress(text.data(), text.size(), &compressed);
  if (!snappy::Uncompress(compressed.data(), compressed.size(), &again) || again != text) {
    std::cerr << "what came back is not what went in" << std::endl;
    return 1;
  }
  std::cout << text.size() << " bytes, compressed " << compressed.size() << std::endl;
  return 0;
}
