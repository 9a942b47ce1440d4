# filled in by the parts as they land
