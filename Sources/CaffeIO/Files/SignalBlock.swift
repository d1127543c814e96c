import Glibc

/// Holds back the signals that end a run while files are put in place; they arrive at the end.
struct SignalBlock {
  private var previous = sigset_t()

  init() {
    var held = sigset_t()
    sigemptyset(&held)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&held, number) }
    pthread_sigmask(SIG_BLOCK, &held, &previous)
  }

  /// Lets them in again.
  func end() {
    var previous = previous
    pthread_sigmask(SIG_SETMASK, &previous, nil)
  }
}
