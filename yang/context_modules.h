/* context_modules - the texts that yang/embed built in; for context.c alone. */
#ifndef GH_YANG_CONTEXT_MODULES_H
#define GH_YANG_CONTEXT_MODULES_H

#include "yang/context.h"

extern const struct context_module context_modules[];
extern const unsigned context_module_count;

#endif
