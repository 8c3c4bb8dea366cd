# Rules for generated sources. Each appends its output to WF_GENERATED.
set(WF_GENERATED "")
