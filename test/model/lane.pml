/* SPDX-License-Identifier: MIT
 * A lane of a queue (src/channel/lane.cpp) with its bell (patience.hpp) as a model: every interleaving of two producers and
 * two consumers, one of which may be killed between any two steps. Checked: every value whose put returned is taken
 * once, whole, and in its producer's order, unless it went with a killed consumer; and nobody sleeps for ever.
 *
 * The locks are taken over from the dead at once: lock.pml looks at them more closely. Records are slots of one ring that has
 * room for all of them.
 */
#ifndef PUTS
#define PUTS 1
#endif
#define PRODUCERS 2
#define N 4
#define SLOTS (PRODUCERS * PUTS)
#define EMPTY 0
#define TORN 255

byte slot[SLOTS];            /* TORN while it is written */
byte tail, head;             /* each is stored once for a put, or a take */
byte lock_put, lock_get;     /* 0 free, else process + 1 */
bool bell;
bool registered[N], woken[N];
bool dead[N], known_dead[N];
bool closed;
byte returned[PRODUCERS];    /* how many puts of each returned */
byte delivered[PRODUCERS];   /* how many values of each a consumer has kept */
byte lost;                   /* taken, and gone with the consumer */
byte last[PRODUCERS];        /* the number of the last one that was taken */
byte producers_left = PRODUCERS;
byte finished;

#define may_lock(word) (word == 0 || known_dead[word - 1])
#define blocked (head == tail && !closed)

/* A value: its producer and its number, from 1 */
#define value_of(p, n) (p * 16 + n)

inline ring_bell() {
    if
    :: bell ->
        bell = false;
        atomic {
            if
            :: registered[2] && !woken[2] -> woken[2] = true
            :: registered[3] && !woken[3] -> woken[3] = true
            :: else -> skip
            fi
        }
    :: else -> skip
    fi
}

inline wake_all() {
    atomic { woken[2] = true; woken[3] = true }
}

proctype producer(byte me) {
    byte number = 1;
    {
        do
        :: number <= PUTS ->
            atomic { may_lock(lock_put) -> lock_put = me + 1 }
            slot[tail] = TORN;               /* over what a dead one may have left */
            slot[tail] = value_of(me, number);
            tail = tail + 1;                 /* publishes */
            lock_put = 0;
            ring_bell();
            returned[me] = number;
            number++
        :: else -> break
        od
    } unless { dead[me] }
    /* the last one closes; for a dead one, those who wait look again */
    atomic {
        producers_left--;
        finished++;
        if
        :: producers_left == 0 -> closed = true; woken[2] = true; woken[3] = true
        :: else -> skip
        fi
    }
}

proctype consumer(byte me) {
    byte got;
    bool had;
    {
        do
        :: true ->
            atomic { may_lock(lock_get) -> lock_get = me + 1 }
            had = false;
            if
            :: head != tail ->
                got = slot[head];
                assert(got != TORN && got != EMPTY);
                /* takes; what is in hand may be lost from here on */
                atomic {
                    head = head + 1;
                    had = true;
                    lost++;
                    assert(got % 16 == last[got / 16] + 1);
                    last[got / 16] = got % 16
                }
            :: else -> skip
            fi;
            lock_get = 0;
            if
            :: had -> atomic { lost--; delivered[got / 16]++; got = 0; had = false }
            :: else ->
                if
                :: closed && head == tail -> break
                :: else ->
                    atomic { registered[me] = true; woken[me] = false }
                    bell = true;
                    if
                    :: blocked -> woken[me]  /* sleeps */
                    :: else -> skip
                    fi;
                    registered[me] = false;
                    bell = true
                fi
            fi
        od
    } unless { dead[me] }
    finished++
}

/* kill -9 of any one; then its record says so, and everybody who sleeps looks again */
proctype killer() {
    byte who;
    if
    :: true -> who = N
    :: true -> who = 0
    :: true -> who = 2
    fi;
    if
    :: who < N ->
        dead[who] = true;
        atomic { known_dead[who] = true; registered[who] = false }
        wake_all()
    :: else -> skip
    fi;
    who = 0
}

init {
    atomic {
        run producer(0);
        run producer(1);
        run consumer(2);
        run consumer(3);
        run killer()
    }
    finished == N;
    /* a put that was cut short may have happened; what a killed consumer had in hand is lost */
    assert(head == tail);
    assert(delivered[0] + delivered[1] + lost == tail);
    assert(tail >= returned[0] + returned[1] && tail <= returned[0] + returned[1] + 1);
    assert(lost <= 1);
    assert(last[0] >= returned[0] && last[1] >= returned[1])
}
