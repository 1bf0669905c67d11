/* Results: one tree of blocks each, given up by one DismDelete of its first block. */
#include "double.h"
#include <stdlib.h>
#include <string.h>

#define FRONT_CANARY 0xC0FFEE5EED5C0DE5ull
#define BACK_CANARY 0x5AFE5AFE0DDBA11Full
#define POISON 0xDD
/* Trees that are given up stay poisoned and allocated for a while, so that late readers see poison and not other data. */
#define GRAVES 8

typedef struct Block {
  struct Block *next;
  size_t size;
  uint64_t spare, canary;
} Block;

struct Tree {
  Tree *next;
  Block *first, *last;
  unsigned count;
};

static Tree *trees;
static Tree *graves[GRAVES];
static unsigned nextGrave;
static unsigned blocks;

static void *payload(Block *block) { return block + 1; }

Tree *newTree(void)
{
  Tree *tree = calloc(1, sizeof *tree);
  lockHooks();
  tree->next = trees;
  trees = tree;
  unlockHooks();
  return tree;
}

void *newBlock(Tree *tree, size_t size)
{
  uint64_t back = BACK_CANARY;
  Block *block = calloc(1, sizeof *block + size + sizeof back);
  block->size = size;
  block->canary = FRONT_CANARY;
  memcpy((char *)payload(block) + size, &back, sizeof back);
  lockHooks();
  if (tree->last == NULL) {
    tree->first = block;
  } else {
    tree->last->next = block;
  }
  tree->last = block;
  tree->count++;
  blocks++;
  unlockHooks();
  return payload(block);
}

PCWSTR newText(Tree *tree, PCWSTR text)
{
  if (text == NULL) {
    return NULL;
  }
  size_t size = (textLength(text) + 1) * sizeof(WCHAR);
  return memcpy(newBlock(tree, size), text, size);
}

void *newList(Tree *tree, size_t count, size_t size)
{
  if (count > 0 || modeIs("empty-list", NULL, "pointer")) {
    return newBlock(tree, count * size);
  }
  lockHooks();
  Tree **link = &trees;
  while (*link != tree) {
    link = &(*link)->next;
  }
  *link = tree->next;
  unlockHooks();
  free(tree);
  return NULL;
}

static void freeTree(Tree *tree)
{
  while (tree != NULL && tree->first != NULL) {
    Block *block = tree->first;
    tree->first = block->next;
    free(block);
  }
  free(tree);
}

static void poison(Tree *tree)
{
  for (Block *block = tree->first; block != NULL; block = block->next) {
    uint64_t back;
    memcpy(&back, (char *)payload(block) + block->size, sizeof back);
    if (block->canary != FRONT_CANARY || back != BACK_CANARY) {
      violation("a result was written beyond its bounds");
    }
    memset(payload(block), POISON, block->size);
  }
}

bool deleteTree(void *top, unsigned *count)
{
  lockHooks();
  Tree **link = &trees;
  while (*link != NULL && ((*link)->first == NULL || payload((*link)->first) != top)) {
    link = &(*link)->next;
  }
  Tree *tree = *link;
  if (tree == NULL) {
    for (unsigned i = 0; i < GRAVES; i++) {
      if (graves[i] != NULL && payload(graves[i]->first) == top) {
        violation("DismDelete of a result that was deleted before");
      }
    }
    unlockHooks();
    return false;
  }
  *link = tree->next;
  *count = tree->count;
  blocks -= tree->count;
  poison(tree);
  freeTree(graves[nextGrave]);
  graves[nextGrave] = tree;
  nextGrave = (nextGrave + 1) % GRAVES;
  unlockHooks();
  return true;
}

unsigned liveBlocks(void) { return blocks; }

void resetHeap(void)
{
  while (trees != NULL) {
    Tree *tree = trees;
    trees = tree->next;
    freeTree(tree);
  }
  for (unsigned i = 0; i < GRAVES; i++) {
    freeTree(graves[i]);
    graves[i] = NULL;
  }
  blocks = 0;
}
