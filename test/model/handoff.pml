/* SPDX-License-Identifier: MIT
 * Calls that go to a worker and back without a queue (src/pool/handoff.hpp, owner_call.cpp) as a model: every interleaving
 * of a pool that makes some calls and two workers, with -DKILL one of them killed between any two steps. The pool may
 * stop looking at any moment; then the report comes by the queue. A worker may be the lookout, or asleep. Checked: each
 * call is run once at most, with the record that was written for it, and the pool has the end of each, be it a death.
 */
#ifndef CALLS
#define CALLS 2
#endif
#define WORKERS 2
#define none 255

#ifdef KILL
#define mortal unless { dead == me }
#else
#define mortal
#endif

mtype = { nothing, offered, closed, answered };
mtype stage = nothing; /* with the generation, one word */
byte generation;
byte record[2];              /* the words of the record */
byte report;
byte claim, runner = none;   /* the slot */
bool ran[CALLS + 1];
chan tasks = [3] of { byte };   /* the queues, and what their bells say */
chan reports = [3] of { byte };
bit bell;
byte post = none;            /* the lookout */
bool registered[WORKERS];    /* the row of the table names the bell of the tasks */
bool woken[WORKERS];
byte dead = none;
bool told_of_death;
bool over;

#define news ((stage == offered || stage == closed) && generation != seen)
#define blocked (!news && len(tasks) == 0)
#define seen_by_pool(g) (stage == answered && generation == g)

/* ring_bell() and wake(word, 1): as in bell.pml */
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
            :: !rung -> row = WORKERS
            fi
        }
        if
        :: row < WORKERS ->
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

/* passing_on, then the task, if it is this one's */
inline run_it() {
    if
    :: waited && !blocked -> ring()
    :: else -> skip
    fi;
    waited = false;
    if
    :: atomic {
        claim < now -> claim = now; runner = me;
        assert(!ran[now]);
        ran[now] = true }
        report = now;
        if
        :: atomic { stage == offered && generation == now -> stage = answered }
        :: else -> reports!now
        fi
    :: else -> skip
    fi;
    now = 0
}

inline take_it() {
    copy[0] = record[0];
    copy[1] = record[1];
    if
    :: atomic { generation == now -> seen = now }
        assert(copy[0] == now && copy[1] == now);
        run_it()
    :: else -> now = 0
    fi;
    d_step { copy[0] = 0; copy[1] = 0 }
}

proctype worker(byte me) {
    byte seen, now, row;
    byte copy[2];
    bit rung;
    bool waited;
    {
        do
        :: atomic { news -> now = generation }
            take_it()
        :: atomic { len(tasks) != 0 -> tasks?now }
            run_it()
        :: atomic { blocked && post == none -> post = me; waited = true }
            /* sees something, or has had enough */
            post = none
        :: blocked ->
            d_step { woken[me] = false; registered[me] = true }
            bell = 1;
            if
            :: blocked ->
end_sleeping:   woken[me]
            :: else -> skip
            fi;
            d_step { registered[me] = false; woken[me] = false }
            d_step { bell = 1; waited = true }
        od
    } mortal
}

/* awaited_report::close() */
inline close() {
    if
    :: atomic { stage == offered && generation == call -> stage = closed }
        if
        :: claim < call -> ring()
        :: else -> skip
        fi
    :: else -> skip
    fi
}

inline take_report() {
    reports?got;
    if
    :: got == call -> done = true
    :: else -> skip
    fi;
    got = 0
}

inline bury() {
    buried = true;
    do
    :: len(reports) != 0 -> take_report()
    :: len(reports) == 0 -> break
    od;
    if
    :: !done && claim == call && runner == dead -> done = true
    :: !done && claim < call -> tasks!call; ring()
    :: else -> skip
    fi
}

proctype pool() {
    byte call, got, row;
    bit rung;
    bool done, buried;
    do
    :: call < CALLS ->
        d_step { call++; done = false; stage = nothing; generation = 0 }
        record[0] = call;
        record[1] = call;
        d_step { stage = offered; generation = call }
        do /* looks; then, perhaps, sleeps at the queue of reports */
        :: atomic { seen_by_pool(call) -> assert(report == call); done = true; break }
        :: len(reports) != 0 -> take_report(); break
        :: told_of_death && !buried -> break
        :: stage == offered -> close()
        od;
        if
        :: done -> skip
        :: else ->
            close();
            if
            :: atomic { seen_by_pool(call) -> assert(report == call); done = true }
            :: else -> skip
            fi
        fi;
        do
        :: done -> break
        :: else ->
            if
            :: len(reports) != 0 -> take_report()
            :: told_of_death && !buried -> bury()
            fi
        od
    :: else -> break
    od;
    over = true
}

#ifdef KILL
inline wake_all() {
    row = 0;
    do
    :: row < WORKERS ->
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

/* kill -9, then what src/arena/session.cpp does, then the pool is told */
proctype killer() {
    byte row;
    if
    :: true -> skip
    :: true ->
        select(row : 0 .. 1);
        dead = row;
        d_step { registered[row] = false; woken[row] = false }
        wake_all();
        if
        :: post == dead -> post = none; wake_all()
        :: else -> skip
        fi;
        told_of_death = true
    fi
}
#endif

init {
    atomic {
        run worker(0);
        run worker(1);
        run pool();
#ifdef KILL
        run killer()
#endif
    }
    timeout;
    assert(over)
}
