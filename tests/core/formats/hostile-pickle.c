#include "tests/core/formats/hostile.h"

#include <string.h>

/* A checkpoint's pickle; most are tried in an archive and in a stream. */
typedef struct
{
  const char *name;
  const char *pickle;
  gsize size;
  const char *message;
  gboolean zip_only;
} Row;

#define REFUSED(instruction, code)                                                                 \
  {                                                                                                \
    instruction, BYTES (P_PROTO code "."), "pickle instruction " instruction " at byte"            \
  }
#define GLOBAL(name, module, attribute, message)                                                   \
  {                                                                                                \
    name, BYTES (P_PROTO "c" module "\n" attribute "\n."), message                                 \
  }

static const Row names[] = {
  GLOBAL ("posix.system", "posix", "system", "GLOBAL posix system at byte "),
  GLOBAL ("builtins.eval", "builtins", "eval", "GLOBAL builtins eval at byte "),
  GLOBAL ("py2-eval", "__builtin__", "eval", "runs no code"),
  GLOBAL ("os.system", "os", "system", "runs no code"),
  GLOBAL ("runpy", "runpy", "_run_code", "runs no code"),
  GLOBAL ("getattr", "builtins", "getattr", "runs no code"),
  GLOBAL ("nested-load",
          "torch.storage",
          "_load_from_bytes",
          "GLOBAL torch.storage _load_from_bytes"),
  GLOBAL ("torch.load", "torch.serialization", "load", "runs no code"),
  GLOBAL ("own-class", "__main__", "Net", "pickled module"),
  GLOBAL ("module", "torch.nn.modules.container", "Sequential", "save model.state_dict() instead"),
  GLOBAL ("torchvision", "torchvision.models.resnet", "ResNet", "pickled module"),
  GLOBAL ("quantised", "torch._utils", "_rebuild_qtensor", "quantised tensors are not read"),
  GLOBAL ("quantised-storage", "torch", "QInt8Storage", "quantised tensors are not read"),
  GLOBAL ("sparse", "torch._utils", "_rebuild_sparse_tensor", "sparse tensors are not read"),
  GLOBAL ("dotted",
          "collections",
          "OrderedDict.__init__",
          "GLOBAL collections OrderedDict.__init__"),
  GLOBAL ("near-miss", "collections", "ordereddict", "runs no code"),
  GLOBAL ("tar-only", "torch.nn.parameter", "Parameter", "pickled module"),
  GLOBAL ("batch-only", "numpy.core.numeric", "_frombuffer", "runs no code"),
  GLOBAL ("control-characters", "a\x1b[2J", "b\xff", "GLOBAL a\\x1b[2J b\\xff at byte"),
  GLOBAL ("empty", "", "", "GLOBAL  "),
};

static const Row instructions[] = {
  REFUSED ("INST", "(ios\nsystem\n"),
  REFUSED ("OBJ", "(o"),
  REFUSED ("STACK_GLOBAL", P_TEXT1 ("a") P_TEXT1 ("b") "\x93"),
  REFUSED ("NEWOBJ_EX", ")}\x92"),
  REFUSED ("EXT1", "\x82\1"),
  REFUSED ("EXT2", "\x83\1\0"),
  REFUSED ("EXT4", "\x84\1\0\0\0"),
  REFUSED ("PERSID", "P1\n"),
  REFUSED ("GET", "g0\n"),
  REFUSED ("PUT", "Np0\n"),
  REFUSED ("DUP", "N2"),
  REFUSED ("POP", "N0"),
  REFUSED ("POP_MARK", "(1"),
  REFUSED ("FLOAT", "F1.5\n"),
  REFUSED ("INT", "I1\n"),
  REFUSED ("LONG", "L1L\n"),
  REFUSED ("STRING", "S'a'\n"),
  REFUSED ("UNICODE", "Va\n"),
  REFUSED ("LIST", "(l"),
  REFUSED ("DICT", "(d"),
  REFUSED ("LONG4", "\x8b\1\0\0\0\1"),
  REFUSED ("BINSTRING", "T\1\0\0\0a"),
  REFUSED ("BINBYTES", "B\1\0\0\0a"),
  REFUSED ("SHORT_BINBYTES", "C\1a"),
  REFUSED ("BINBYTES8", "\x8e\1\0\0\0\0\0\0\0a"),
  REFUSED ("SHORT_BINUNICODE", "\x8c\1a"),
  REFUSED ("BINUNICODE8", "\x8d\1\0\0\0\0\0\0\0a"),
  REFUSED ("EMPTY_SET", "\x8f"),
  REFUSED ("ADDITEMS", "\x90"),
  REFUSED ("FROZENSET", "(\x91"),
  REFUSED ("MEMOIZE", "N\x94"),
  REFUSED ("FRAME", "\x95\1\0\0\0\0\0\0\0N"),
  REFUSED ("BYTEARRAY8", "\x96\1\0\0\0\0\0\0\0a"),
  REFUSED ("NEXT_BUFFER", "\x97"),
  REFUSED ("READONLY_BUFFER", "N\x98"),
  { "unknown-instruction", BYTES (P_PROTO "\xff."), "0xff at byte" },
  { "protocol-4", BYTES ("\x80\x04N."), "protocol 4 is not read" },
  { "protocol-1", BYTES ("\x80\x01N."), "protocol 1 is not read" },
  { "protocol-twice", BYTES (P_PROTO P_PROTO "N."), "it must come first" },
};

static const Row machine[] = {
  { "setitem-on-list", BYTES (P_PROTO "]NNs."), "not a dictionary" },
  { "setitems-on-list", BYTES (P_PROTO "](NNu."), "not a dictionary" },
  { "setitems-on-number", BYTES (P_PROTO "K\1(NNu."), "not a dictionary" },
  { "setitem-on-tensor", BYTES (P_PROTO P_TENSOR "NNs."), "not a dictionary" },
  { "setitems-on-text", BYTES (P_PROTO P_TEXT1 ("a") "(NNu."), "not a dictionary" },
  { "append-on-dict", BYTES (P_PROTO "}Na."), "not a list" },
  { "appends-on-tuple", BYTES (P_PROTO ")(NNe."), "not a list" },
  { "append-on-reference", BYTES (P_PROTO P_PERSID "Na."), "not a list" },
  { "setitems-odd", BYTES (P_PROTO "}(NNNu."), "a key without a value" },
  { "setitems-no-mark", BYTES (P_PROTO "}NNu."), "there is no mark" },
  { "appends-no-mark", BYTES (P_PROTO "]NNe."), "there is no mark" },
  { "tuple-no-mark", BYTES (P_PROTO "NNt."), "there is no mark" },
  { "append-underflow", BYTES (P_PROTO "Na."), "too few values" },
  { "append-empty", BYTES (P_PROTO "a."), "too few values" },
  { "appends-empty", BYTES (P_PROTO "(e."), "too few values" },
  { "setitem-underflow", BYTES (P_PROTO "NNs."), "too few values" },
  { "setitems-empty", BYTES (P_PROTO "(u."), "too few values" },
  { "tuple1-underflow", BYTES (P_PROTO "\x85."), "too few values" },
  { "tuple2-underflow", BYTES (P_PROTO "N\x86."), "too few values" },
  { "tuple3-underflow", BYTES (P_PROTO "NN\x87."), "too few values" },
  { "reduce-underflow", BYTES (P_PROTO ")R."), "too few values" },
  { "newobj-underflow", BYTES (P_PROTO ")\x81."), "too few values" },
  { "build-underflow", BYTES (P_PROTO "Nb."), "too few values" },
  { "persid-underflow", BYTES (P_PROTO "Q."), "too few values" },
  { "put-underflow", BYTES (P_PROTO "q\0."), "too few values" },
  { "below-the-mark", BYTES (P_PROTO "]N(a."), "too few values" },
  { "stop-empty", BYTES (P_PROTO "."), "0 values are left" },
  { "stop-two", BYTES (P_PROTO "NN."), "2 values are left" },
  { "stop-mark", BYTES (P_PROTO "N(."), "one is expected" },
  { "get-unset", BYTES (P_PROTO "h\5."), "memo number 5 was never set" },
  { "get-unset-large", BYTES (P_PROTO "j\0\0\0\x80."), "memo number 2147483648 was never set" },
  { "get-hole", BYTES (P_PROTO "Nq\2h\1."), "memo number 1 was never set" },
  { "put-large", BYTES (P_PROTO "Nr\0\0\0\x80."),
    "memo number 2147483648 after only 3 instructions" },
  { "put-256", BYTES (P_PROTO "Nq\xff."), "memo number 255 after only" },
  { "text-too-long", BYTES (P_PROTO "X\xff\xff\0\0a"), "runs past the end" },
  { "text-4GB", BYTES (P_PROTO "X\xff\xff\xff\xff"),
    "a string of 4294967295 bytes runs past the end" },
  { "bytes-too-long", BYTES (P_PROTO "U\xff"), "runs past the end", TRUE },
  { "text-not-utf8", BYTES (P_PROTO "X\2\0\0\0\xc3\x28."), "text is not UTF-8" },
  { "text-surrogate", BYTES (P_PROTO "X\3\0\0\0\xed\xa0\x80."), "text is not UTF-8" },
  { "text-not-utf8-after-zero", BYTES (P_PROTO "X\3\0\0\0a\0\xff."), "text is not UTF-8" },
  { "long1-255", BYTES (P_PROTO "\x8a\xff"), "an integer of 255 bytes" },
  { "long1-9", BYTES (P_PROTO "\x8a\x09\1\1\1\1\1\1\1\1\1."), "an integer of 9 bytes" },
  { "dict-as-key", BYTES (P_PROTO "}}Ns."), "as the key of a dictionary" },
  { "list-as-key", BYTES (P_PROTO "}(]Nu."), "as the key of a dictionary" },
  { "call-a-tag", BYTES (P_PROTO P_FLOATS ")R."), "torch.FloatStorage is not called" },
  { "call-a-number", BYTES (P_PROTO "K\1)R."), "something that is not a name" },
  { "call-without-tuple", BYTES (P_PROTO "ccollections\nOrderedDict\n]R."), "without a tuple" },
  { "newobj-of-function", BYTES (P_PROTO P_V2 ")\x81."), "is not called in any checkpoint" },
  { "ordered-two-arguments", BYTES (P_PROTO "ccollections\nOrderedDict\n]]\x86R."),
    "unexpected arguments" },
  { "ordered-of-number", BYTES (P_PROTO "ccollections\nOrderedDict\nK\1\x85R."),
    "unexpected arguments" },
  { "ordered-of-triples",
    BYTES (P_PROTO "ccollections\nOrderedDict\n]NNN\x87"
                   "a\x85R."),
    "not a pair" },
  { "ordered-list-key",
    BYTES (P_PROTO "ccollections\nOrderedDict\n]]N\x86"
                   "a\x85R."),
    "as the key of a dictionary" },
  { "encode-rot13", BYTES (P_PROTO "c_codecs\nencode\n" P_TEXT1 ("a") "X\5\0\0\0rot13\x86R."),
    "unexpected arguments" },
  { "encode-nothing", BYTES (P_PROTO "c_codecs\nencode\n)R."), "unexpected arguments" },
  { "encode-wide", BYTES (P_PROTO "c_codecs\nencode\nX\3\0\0\0\xe2\x82\xacX\6\0\0\0latin1\x86R."),
    "outside Latin-1" },
  { "build-a-list", BYTES (P_PROTO "]Nb."), "the state of something that has none" },
  { "build-a-dict", BYTES (P_PROTO "}}b."), "the state of something that has none" },
  { "build-a-tensor", BYTES (P_PROTO P_TENSOR "}b."), "the state of something that has none" },
  { "build-twice", BYTES (P_PROTO "cargparse\nNamespace\n)\x81}b}b."),
    "the state of something that has none" },
  { "ends-early", BYTES (P_PROTO P_DICT "("), "is truncated", TRUE },
  { "ends-in-name", BYTES (P_PROTO "ctorch\nFloat"), "is truncated", TRUE },
  { "ends-in-number", BYTES (P_PROTO "J\1\2"), "is truncated", TRUE },
  { "empty", BYTES (""), "is truncated", TRUE },
  { "goes-on", BYTES (P_SOUND "N."), "goes on after the end of the pickle", TRUE },
};

#define REFERENCE(id)        BYTES (P_STATE (P_TEXT1 ("w") P_V2 "(" id "QK\0K\6\x85K\1\x85" P_HOOKS "tR"))
#define STORED(type, key, n) "(" P_STORAGE type key P_CPU n "t"

static const Row references[] = {
  { "id-text", REFERENCE (P_TEXT1 ("0")), "not as PyTorch writes them" },
  { "id-empty", REFERENCE (")"), "not as PyTorch writes them" },
  { "id-short", REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") "t"),
    "not as PyTorch writes them" },
  { "id-list", REFERENCE ("](" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6e"),
    "not as PyTorch writes them" },
  { "id-other-word", REFERENCE ("(" P_TEXT1 ("s") P_FLOATS P_TEXT1 ("0") P_CPU "K\6t"),
    "not as PyTorch writes them" },
  { "id-of-module", REFERENCE ("(X\6\0\0\0moduleNNNt"), "pickled module" },
  { "type-text", REFERENCE (STORED (P_TEXT1 ("f"), P_TEXT1 ("0"), "K\6")), "unknown type" },
  { "type-function", REFERENCE (STORED (P_V2, P_TEXT1 ("0"), "K\6")), "unknown type" },
  { "key-number", REFERENCE (STORED (P_FLOATS, "K\0", "K\6")), "not as PyTorch writes them" },
  { "key-empty", REFERENCE (STORED (P_FLOATS, "X\0\0\0\0", "K\6")), "not as PyTorch writes them" },
  { "key-parent", REFERENCE (STORED (P_FLOATS, "X\2\0\0\0..", "K\6")),
    "not as PyTorch writes them" },
  { "key-path", REFERENCE (STORED (P_FLOATS, "X\3\0\0\0a/b", "K\6")),
    "not as PyTorch writes them" },
  { "key-backslash", REFERENCE (STORED (P_FLOATS, "X\3\0\0\0a\\b", "K\6")),
    "not as PyTorch writes them" },
  { "key-zero-byte",
    REFERENCE (STORED (P_FLOATS,
                       "X\2\0\0\0"
                       "0\0",
                       "K\6")),
    "not as PyTorch writes them" },
  { "numel-negative", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), "J\xff\xff\xff\xff")),
    "not as PyTorch writes them" },
  { "numel-text", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), P_TEXT1 ("6"))),
    "not as PyTorch writes them" },
  { "numel-real", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), "G\x40\x18\0\0\0\0\0\0")),
    "not as PyTorch writes them" },
  { "numel-huge",
    REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f")),
    "impossible size of the storage" },
  { "two-sizes",
    BYTES (
        P_STATE (P_TEXT1 ("w") P_TENSOR P_TEXT1 ("v") STORED (P_FLOATS, P_TEXT1 ("0"), "K\5") "Q")),
    "two different descriptions of the storage “0”" },
  { "two-types",
    BYTES (P_STATE (P_TEXT1 ("w") P_TENSOR P_TEXT1 ("v")
                        STORED ("ctorch\nIntStorage\n", P_TEXT1 ("0"), "K\6") "Q")),
    "two different descriptions of the storage “0”" },
  { "view-short",
    REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6" P_TEXT1 ("1") "\x85t"),
    "impossible part of the storage" },
  { "view-outside",
    REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6" P_TEXT1 ("1") "K\4K\3\x87t"),
    "impossible part of the storage" },
  { "view-negative",
    REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU
               "K\6" P_TEXT1 ("1") "J\xff\xff\xff\xffK\3\x87t"),
    "impossible part of the storage" },
  { "view-of-itself",
    REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6" P_TEXT1 ("0") "K\0K\6\x87t"),
    "impossible part of the storage" },
  { "view-number", REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6K\1t"),
    "impossible part of the storage" },
  { "view-in-archive",
    REFERENCE ("(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6" P_TEXT1 ("1") "K\0K\6\x87t"),
    "is said to be part of another", TRUE },
  { "storage-too-large", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), "K\7")), "is not as large as",
    TRUE },
  { "storage-too-small", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("0"), "K\5")), "is not as large as",
    TRUE },
  { "storage-wider", REFERENCE (STORED ("ctorch\nDoubleStorage\n", P_TEXT1 ("0"), "K\6")),
    "is not as large as", TRUE },
  { "storage-missing", REFERENCE (STORED (P_FLOATS, P_TEXT1 ("7"), "K\6")),
    "“net/data/7” is missing", TRUE },
};

/* Rebuilt from storage 0 with an offset, sizes and strides. */
#define TENSOR(offset, sizes, strides)                                                             \
  BYTES (P_STATE (P_TEXT1 ("w") P_V2 "(" P_PERSID offset sizes strides P_HOOKS "tR"))
#define W(...)  BYTES (P_STATE (P_TEXT1 ("w") __VA_ARGS__))
#define LONG    "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
#define MINUS   "J\xff\xff\xff\xff"
#define UNTYPED "(" P_STORAGE "ctorch.storage\nUntypedStorage\n" P_TEXT1 ("0") P_CPU "K\x18tQ"

static const Row tensors[] = {
  { "beyond", TENSOR ("K\0", "K\7\x85", "K\1\x85"), "reaches beyond its storage of 24 bytes" },
  { "beyond-by-offset", TENSOR ("K\1", "K\6\x85", "K\1\x85"), "reaches beyond its storage" },
  { "beyond-by-stride", TENSOR ("K\0", "K\2\x85", "K\6\x85"), "reaches beyond its storage" },
  { "offset-beyond", TENSOR ("K\7", "K\0\x85", "K\1\x85"), "reaches beyond its storage" },
  { "offset-negative", TENSOR (MINUS, "K\6\x85", "K\1\x85"), "begins before its storage" },
  { "offset-huge", TENSOR (LONG, "K\1\x85", "K\1\x85"), "storage" },
  { "offset-text", TENSOR (P_TEXT1 ("0"), "K\6\x85", "K\1\x85"), "begins before its storage" },
  { "size-negative", TENSOR ("K\0", MINUS "\x85", "K\1\x85"), "impossible sizes or strides" },
  { "size-boolean", TENSOR ("K\0", "\x88\x85", "K\1\x85"), "impossible sizes or strides" },
  { "size-real", TENSOR ("K\0", "G\x40\x18\0\0\0\0\0\0\x85", "K\1\x85"),
    "impossible sizes or strides" },
  { "sizes-list", TENSOR ("K\0", "]", "]"), "impossible sizes or strides" },
  { "stride-negative", TENSOR ("K\5", "K\6\x85", MINUS "\x85"), "impossible sizes or strides" },
  { "strides-missing", TENSOR ("K\0", "K\6\x85", ")"), "impossible sizes or strides" },
  { "rank-9", TENSOR ("K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t"),
    "at most 8 dimensions" },
  { "sizes-overflow", TENSOR ("K\0", LONG LONG "\x86", "K\0K\0\x86"),
    "multiply to more than memory" },
  { "sizes-overflow-empty", TENSOR ("K\0", LONG LONG "K\0\x87", "K\0K\0K\0\x87"),
    "multiply to more than memory" },
  { "strides-overflow", TENSOR ("K\0", "K\3K\3\x86", LONG LONG "\x86"),
    "strides of the tensor “w” are too large" },
  { "expanded-bomb", TENSOR ("K\0", "\x8a\6\0\0\0\0\0\1\x85", "K\0\x85"), "would take more than" },
  { "few-arguments", W (P_V2 "(" P_PERSID "K\0tR"), "not rebuilt as PyTorch does it" },
  { "many-arguments", W (P_V2 "(" P_PERSID "K\0K\6\x85K\1\x85" P_HOOKS "NNtR"),
    "not rebuilt as PyTorch does it" },
  { "v1-many-arguments", W (P_V1 "(" P_PERSID "K\0K\6\x85K\1\x85NtR"),
    "not rebuilt as PyTorch does it" },
  { "no-arguments", W (P_V2 ")R"), "not rebuilt as PyTorch does it", TRUE },
  { "not-a-storage", W (P_V2 "(K\0K\0K\6\x85K\1\x85" P_HOOKS "tR"),
    "not rebuilt as PyTorch does it", TRUE },
  { "conjugate", W (P_V2 "(" P_PERSID "K\0K\6\x85K\1\x85" P_HOOKS "}X\4\0\0\0conj\x88stR"),
    "conjugate or negative" },
  { "untyped-v2", W (P_V2 "(" UNTYPED "K\0K\6\x85K\1\x85" P_HOOKS "tR"),
    "a storage of the wrong kind", TRUE },
  { "typed-v3", W (P_V3 "(" P_PERSID "K\0K\6\x85K\1\x85" P_HOOKS "ctorch\nfloat32\ntR"),
    "a storage of the wrong kind" },
  { "v3-no-type", W (P_V3 "(" UNTYPED "K\0K\6\x85K\1\x85" P_HOOKS "NtR"),
    "of a type that is not read", TRUE },
  { "parameter-empty", W ("ctorch._utils\n_rebuild_parameter\n)R"),
    "not rebuilt as PyTorch does it", TRUE },
  { "parameter-of-number", W ("ctorch._utils\n_rebuild_parameter\n(K\1\x88NtR"),
    "no tensors in this checkpoint", TRUE },
  { "parameter-of-parameter",
    W ("ctorch._utils\n_rebuild_parameter\n(ctorch._utils\n_rebuild_parameter\n(" P_TENSOR
       "\x88NtR\x88NtR"),
    "not rebuilt as PyTorch does it" },
};

#define LEVEL "](" P_TENSOR

static const Row states[] = {
  { "same-name", BYTES (P_STATE (P_TEXT1 ("w") P_TENSOR P_TEXT1 ("w") P_TENSOR)),
    "two tensors are called “w”" },
  { "empty-name", BYTES (P_STATE ("X\0\0\0\0" P_TENSOR)), "not text of 1 to 1024 bytes" },
  { "zero-in-name", BYTES (P_STATE ("X\3\0\0\0a\0b" P_TENSOR)), "not text of 1 to 1024 bytes" },
  { "bytes-name", BYTES (P_STATE ("U\2\xff\xfe" P_TENSOR)), "not text of 1 to 1024 bytes" },
  { "tuple-name", BYTES (P_STATE (")" P_TENSOR)), "not text of 1 to 1024 bytes" },
  { "same-dict-twice",
    BYTES (P_STATE (P_TEXT1 ("a") P_DICT "q\0(" P_TEXT1 ("w") P_TENSOR "u" P_TEXT1 ("b") "h\0")),
    "stand for the same dictionary" },
  { "cycle", BYTES (P_PROTO P_DICT "q\0(" P_TEXT1 ("w") P_TENSOR P_TEXT1 ("b") "h\0u."),
    "stand for the same dictionary" },
  { "too-deep", BYTES (P_PROTO LEVEL LEVEL LEVEL LEVEL LEVEL LEVEL LEVEL LEVEL LEVEL "eeeeeeeee."),
    "nested more than 8 deep" },
  { "no-tensors", BYTES (P_STATE (P_TEXT1 ("a") "K\1" P_TEXT1 ("b") "N")),
    "no tensors in this checkpoint; its keys are a, b", TRUE },
  { "a-number", BYTES (P_PROTO "K\1."), "no tensors in this checkpoint", TRUE },
  { "a-cycle-of-nothing", BYTES (P_PROTO "]q\0h\0a."), "no tensors in this checkpoint", TRUE },
};

static void
add_rows (const char *group, const Row *rows, gsize n)
{
  static const char keys[] = P_PROTO "]" P_TEXT1 ("0") "a.";
  static const char rest[] = "\6\0\0\0\0\0\0\0abcdefghijklmnopqrstuvwx";

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *format = g_strconcat (group, "/zip", NULL);

      hostile_add (format, rows[i].name, build_torch_zip (rows[i].pickle, rows[i].size),
                   rows[i].message);
      if (rows[i].zip_only)
        continue;
      g_free (format);
      format = g_strconcat (group, "/stream", NULL);
      hostile_add (format, rows[i].name,
                   build_legacy (rows[i].pickle, rows[i].size, BYTES (keys), BYTES (rest)),
                   rows[i].message);
    }
}

/* A list or a text that is copied as often as it takes to fill the memory. */
static void
add_copies (void)
{
  GByteArray *pairs = g_byte_array_new (), *text = g_byte_array_new ();
  g_autoptr (GBytes) pairs_bytes = NULL, text_bytes = NULL;

  put_data (pairs, BYTES (P_PROTO "ccollections\nOrderedDict\nq\0]("));
  for (guint i = 0; i < 3000; i++)
    put_text (pairs, "NN\x86");
  put_data (pairs, BYTES ("eq\1"));
  for (guint i = 0; i < 3000; i++)
    put_data (pairs, BYTES ("h\0h\1\x85R"));
  pairs_bytes = take (pairs);
  hostile_add (
      "machine/zip", "copied-pairs",
      build_torch_zip (g_bytes_get_data (pairs_bytes, NULL), g_bytes_get_size (pairs_bytes)),
      "more than 4,194,304 instructions");
  put_data (text, BYTES (P_PROTO "c_codecs\nencode\nq\0X\0\0\x80\0"));
  for (guint i = 0; i < 1 << 23; i++)
    put_text (text, "a");
  put_data (text, BYTES ("X\6\0\0\0latin1\x86q\1"));
  for (guint i = 0; i < 33; i++)
    put_data (text, BYTES ("h\0h\1R"));
  text_bytes = take (text);
  hostile_add ("machine/zip", "copied-text",
               build_torch_zip (g_bytes_get_data (text_bytes, NULL), g_bytes_get_size (text_bytes)),
               "strings of more than 256 MiB");
}

/* Ones that are too large to be spelt out. */
static void
add_large (void)
{
  GByteArray *name = g_byte_array_new (), *many = g_byte_array_new (), *key = g_byte_array_new ();
  g_autoptr (GBytes) name_bytes = NULL, many_bytes = NULL, key_bytes = NULL;

  put_data (name, BYTES (P_PROTO "c"));
  for (guint i = 0; i < 300; i++)
    put_text (name, "a");
  put_data (name, BYTES ("\nb\n."));
  name_bytes = take (name);
  hostile_add ("names/zip", "long",
               build_torch_zip (g_bytes_get_data (name_bytes, NULL), g_bytes_get_size (name_bytes)),
               "a name of more than 255 bytes");
  put_data (many, BYTES (P_PROTO));
  for (guint i = 0; i < 4200000; i++)
    put_text (many, "N");
  many_bytes = take (many);
  hostile_add ("machine/zip", "many",
               build_torch_zip (g_bytes_get_data (many_bytes, NULL), g_bytes_get_size (many_bytes)),
               "more than 4,194,304 instructions");
  put_data (key, BYTES (P_PROTO P_DICT "(X\1\4\0\0"));
  for (guint i = 0; i < 1025; i++)
    put_text (key, "a");
  put_data (key, BYTES (P_TENSOR "u."));
  key_bytes = take (key);
  hostile_add ("states/zip", "long-name",
               build_torch_zip (g_bytes_get_data (key_bytes, NULL), g_bytes_get_size (key_bytes)),
               "not text of 1 to 1024 bytes");
}

void
hostile_add_pickles (void)
{
  add_rows ("names", names, G_N_ELEMENTS (names));
  add_rows ("instructions", instructions, G_N_ELEMENTS (instructions));
  add_rows ("machine", machine, G_N_ELEMENTS (machine));
  add_rows ("references", references, G_N_ELEMENTS (references));
  add_rows ("tensors", tensors, G_N_ELEMENTS (tensors));
  add_rows ("states", states, G_N_ELEMENTS (states));
  add_copies ();
  add_large ();
}
