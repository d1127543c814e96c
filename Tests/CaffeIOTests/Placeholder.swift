import Testing

@testable import CaffeIO
