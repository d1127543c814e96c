// Types of lower targets that the public interface names.

@_exported import enum CaffeIO.Phase
@_exported import struct Diagnostics.Diagnostic
@_exported import protocol Diagnostics.DiagnosticError
@_exported import struct Diagnostics.Name
