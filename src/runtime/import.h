/* import.h - the import system: importlib's Python code on top of _imp.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_IMPORT_H
#define WF_RUNTIME_IMPORT_H

#include "model/builtin.h"

/* Makes sys, builtins and the importlib modules. Part of start. */
WfStatus wf_import_init(WfThread *t) WF_MUST_CHECK;
/* Installs the importers that look at files; after it every module can be imported. */
WfStatus wf_import_init_external(WfThread *t) WF_MUST_CHECK;
/* __import__ */
WfValue wf_import(WfThread *t, WfValue name, WfValue globals, WfValue fromlist, int level) WF_MUST_CHECK;
/* Imports "a.b" and returns a.b. */
WfValue wf_import_module(WfThread *t, const char *name) WF_MUST_CHECK;
/* Attribute of a module that is imported for it. */
WfValue wf_import_attribute(WfThread *t, const char *module, const char *name) WF_MUST_CHECK;
/* sys.modules[name] or WF_EMPTY without exception. */
WfValue wf_import_loaded(WfThread *t, const char *name);
/* The table of modules in C. */
const WfModuleDef *wf_find_native(const char *name);
/* Is that one of the few modules that are found as frozen ones? */
bool wf_import_is_frozen(const char *name);
/* Makes a native module and puts it into sys.modules. */
WfValue wf_native_module(WfThread *t, const WfModuleDef *def) WF_MUST_CHECK;
/* The lock of _imp.acquire_lock; nests. */
void wf_import_lock(WfThread *t);
void wf_import_unlock(WfThread *t);

#endif
