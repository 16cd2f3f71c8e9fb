/* SPDX-License-Identifier: MIT
 * How threads sleep at a queue (src/channel/patience.hpp over src/arena/sleepers.cpp) as a model: every interleaving of two
 * producers and two consumers, with -DKILL one of them killed between any two steps (with -DSMALL there is one
 * producer). A consumer may be the lookout, for whose sake nobody is woken. Checked: when nothing moves any more, nobody
 * sleeps beside a value.
 */
#ifndef ROUNDS
#ifdef KILL
#define ROUNDS 1
#else
#define ROUNDS 2
#endif
#endif
#define CONSUMERS 2 /* processes 0 and 1; the producers are 2 and 3 */
#define none 255

#ifdef KILL /* one of the four is killed */
#define mortal unless { dead == me }
#else
#define mortal
#endif

byte filled;                /* values in the queue; putting and taking one is one store each */
bit bell;
byte post = none;           /* the lookout, if there is one */
bool registered[CONSUMERS]; /* the row of the table names the bell */
bool woken[CONSUMERS];      /* the row's state */
bool ended[CONSUMERS];
byte dead = none;

/* ring_bell() and wake(word, 1), which begins anywhere in the table */
inline ring() {
    rung = bell;
    if
    :: rung && post == none ->
        atomic {
            rung = bell;
            bell = 0;
            if
            :: rung -> row = 0
            :: rung -> row = 1
            :: !rung -> row = CONSUMERS
            fi
        }
        if
        :: row < CONSUMERS ->
            if
            :: atomic { registered[row] && !woken[row] -> woken[row] = true }
            :: else ->
                row = 1 - row;
                if
                :: atomic { registered[row] && !woken[row] -> woken[row] = true }
                :: else -> skip
                fi
            fi
        :: else -> skip
        fi
    :: else -> skip
    fi;
    skip;
    d_step { rung = 0; row = 0 }
}

proctype producer(byte me) {
    byte round, row;
    bit rung;
    {
        do
        :: round < ROUNDS ->
            d_step { filled++; round++ }
            ring()
        :: else -> break
        od
    } mortal
}

inline got_one() {
    if
    :: waited && filled != 0 -> ring()
    :: else -> skip
    fi;
    waited = false;
    if
    :: round == ROUNDS -> break
    :: else -> skip
    fi
}

/* wait_at(); looking for a while without being the lookout is trying again */
proctype consumer(byte me) {
    byte round, row;
    bit rung;
    bool waited, took;
    {
        do
        :: atomic {
            filled != 0 -> filled--; round++ }
            got_one()
        :: atomic {
            filled == 0 && post == none -> post = me; waited = true }
            if
            :: atomic { filled != 0 -> filled--; round++; took = true }
            :: skip
            fi;
            post = none;
            if
            :: took -> took = false; got_one()
            :: else -> skip
            fi
        :: filled == 0 ->
            d_step { woken[me] = false; registered[me] = true }
            bell = 1;
            if
            :: filled == 0 ->
end_sleeping:   woken[me]
            :: else -> skip
            fi;
            d_step { registered[me] = false; woken[me] = false }
            d_step { bell = 1; waited = true }
        od;
        ended[me] = true
    } mortal
}

#ifdef KILL
inline wake_all() {
    row = 0;
    do
    :: row < CONSUMERS ->
        atomic {
            if
            :: registered[row] -> woken[row] = true
            :: else -> skip
            fi;
            row++
        }
    :: else -> break
    od
}

/* kill -9, then what src/arena/session.cpp does: the dead one's row first, then everybody who sleeps looks again */
proctype killer() {
    byte row;
    if
    :: true -> skip
    :: true ->
        select(row : 0 .. 3);
        dead = row;
        if
        :: row < CONSUMERS -> d_step { registered[row] = false; woken[row] = false }
        :: else -> skip
        fi;
        wake_all();
        if
        :: post == dead -> post = none; wake_all()
        :: else -> skip
        fi
    fi
}

#endif

init {
    atomic {
        run consumer(0);
        run consumer(1);
        run producer(2);
#ifndef SMALL
        run producer(3);
#endif
#ifdef KILL
        run killer()
#endif
    }
    timeout;
    assert(filled == 0 || (ended[0] || dead == 0) && (ended[1] || dead == 1))
}
