#pragma once

#include <glib.h>

GBytes *proto_from_text (const char *text);
