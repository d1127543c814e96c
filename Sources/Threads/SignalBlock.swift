import Glibc

/// Holds back the signals that end a run from this thread, and from threads that begin meanwhile.
///
/// Workers never take them (`WorkerThread`), so a block on the main thread holds them back from the process.
package struct SignalBlock {
  private var previous = sigset_t()

  package init() {
    var held = sigset_t()
    sigemptyset(&held)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&held, number) }
    pthread_sigmask(SIG_BLOCK, &held, &previous)
  }

  /// Lets them in again; those that came meanwhile arrive now.
  package func end() {
    var previous = previous
    pthread_sigmask(SIG_SETMASK, &previous, nil)
  }
}
